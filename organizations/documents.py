"""Papers of 前置审查 and of 换届, filled in as far as the row is known; blanks stay to be written by hand."""

from collections.abc import Callable
from datetime import date

from core.letters import Letter
from core.periods import today
from organizations.choices import MajorityBase, ReviewType
from organizations.models import ElectionTerm, RegistrationReview
from organizations.workflows.papers import letter_title

BLANK = "＿＿＿＿＿＿"


def chinese_day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "　　　　年　　月　　日"


def count(value: int | None) -> str:
    return "" if value is None else f"{value}名"


def opinion(review: RegistrationReview) -> bytes:
    """审查意见表."""
    letter = Letter("社会组织党建工作前置审查意见表", review.committee.name)
    vote = "，".join(
        filter(None, [review.get_vote_body_display(), chinese_day(review.voted_on) if review.voted_on else ""])
    )
    clause = "，".join(filter(None, [review.clause_article, review.get_clause_kind_display()]))
    signed = f"{review.letter_signer}，{chinese_day(review.letter_signed_on)}签订" if review.letter_signed_on else ""
    survey = (
        f"从业人员{count(review.staff_count)}，党员{count(review.member_count)}，其中正式党员{count(review.full_member_count)}"
        if review.survey_filled_on
        else ""
    )
    letter.table(
        [
            [("社会组织名称", review.name)],
            [("审查事项", review.get_review_type_display()), ("类型", review.get_kind_display())],
            [("发起人", review.founder), ("拟任法定代表人", review.legal_representative)],
            [("联系人", review.contact), ("联系电话", review.phone)],
            [
                ("受理日期", chinese_day(review.accepted_on)),
                ("应办结日期", chinese_day(review.due_on) + ("（暂算）" if review.is_provisional else "")),
            ],
            *(
                [[("变更事项", review.get_changed_item_display()), ("变更后", review.changed_to)]]
                if review.review_type == ReviewType.CHANGE
                else [
                    [("党建条款", clause)],
                    [("条款原文", review.clause_text)],
                    [("核心价值观", review.values_article), ("章程表决", vote)],
                    [("承诺书", signed)],
                    [("党员情况", survey)],
                ]
            ),
            [("补正情况", corrections(review))],
            [("审查意见", f"{review.decision}\n\n经办人：　　　　　　{chinese_day(None)}")],
            [("综合党委意见", f"\n\n（盖章）　　　　　　{chinese_day(None)}")],
        ]
    )
    return letter.content()


def corrections(review: RegistrationReview) -> str:
    lines = [
        f"{row.asked_on}通知补正：{row.reason}（{f'{row.answered_on}补正' if row.answered_on else f'期限{row.due_on}'}）"
        for row in review.corrections.order_by("asked_on")
    ]
    return "\n".join(lines) or "无"


def commitment(review: RegistrationReview) -> bytes:
    """承诺书."""
    letter = Letter(letter_title(review.committee_id, today(review.committee)), review.committee.name)
    letter.opening(f"{review.committee.name}：")
    letter.text(
        f"{review.name}（以下简称本单位）在申请{review.get_review_type_display()}时，就党建工作郑重承诺如下：",
        "一、坚持中国共产党的全面领导，拥护党的路线方针政策，遵守宪法和法律，践行社会主义核心价值观。",
        "二、按照规定把党的建设和社会主义核心价值观有关内容写入章程，并认真执行。",
        "三、有正式党员三名以上的，及时建立党组织；暂不具备条件的，支持通过联合组建、选派党建工作指导员或者"
        "联络员等方式开展党的工作。",
        "四、为党组织开展活动、发挥作用提供场地、时间、经费等必要支持，支持党组织负责人参加本单位重大事项的讨论。",
        "五、如实填报党员情况，登记、变更、换届、年度检查时同步报告党建工作，接受综合党委的指导和监督。",
    )
    signer = review.letter_signer or review.legal_representative or BLANK
    letter.closing(
        f"承诺单位：{review.name}", f"拟任法定代表人（签名）：{signer}", chinese_day(review.letter_signed_on)
    )
    return letter.content()


def survey(review: RegistrationReview) -> bytes:
    """党员情况调查表."""
    letter = Letter("社会组织党员情况调查表", review.committee.name)
    letter.table(
        [
            [("社会组织名称", review.name)],
            [("类型", review.get_kind_display()), ("业务主管单位", review.supervising_unit)],
            [("法定代表人", review.legal_representative), ("填报日期", chinese_day(review.survey_filled_on))],
            [("从业人员数", count(review.staff_count)), ("党员数", count(review.member_count))],
            [("正式党员数", count(review.full_member_count)), ("预备党员数", count(probationary(review)))],
            [
                (
                    "组织关系能否转入",
                    ("能" if review.can_transfer else "不能") if review.survey_filled_on else "□能　□不能",
                ),
                ("拟建党组织形式", review.get_planned_form_display() or "□单独 □联合 □功能型 □暂不具备"),
            ],
            [("党建联络员", review.liaison), ("联络员电话", review.liaison_phone)],
            [("党员名单", "（姓名、性别、入党时间、组织关系所在党组织、联系电话）\n\n\n\n")],
            [("填报人签名", f"\n　　　　　　　　{chinese_day(None)}")],
        ]
    )
    return letter.content()


def probationary(review: RegistrationReview) -> int | None:
    if review.member_count is None or review.full_member_count is None:
        return None
    return review.member_count - review.full_member_count


PAPERS: dict[str, tuple[str, Callable[[RegistrationReview], bytes]]] = {
    "opinion": ("审查意见表", opinion),
    "commitment": ("承诺书", commitment),
    "survey": ("党员情况调查表", survey),
}


# 换届 --------------------------------------------------------------------------------------------------------------


def election_reminder(term: ElectionTerm) -> bytes:
    """换届提醒函."""
    letter, committee = Letter("关于按期换届的提醒函", term.committee.name), term.committee
    letter.opening(f"{term.branch.name}：")
    started = f"于{chinese_day(term.started_on)}选举产生，" if term.started_on else ""
    extended = f"经批准（{term.extension_no}）延期至{chinese_day(term.extended_until)}。" if term.extended_until else ""
    letter.text(
        f"你单位党组织第{term.number}届班子{started}任期到{chinese_day(term.due_on)}届满。{extended}"
        "按照党的基层组织任期和选举工作的有关规定，请抓紧做好换届准备：",
        "一、召开会议研究换届工作，向我单位报送换届请示，写明党员人数、候选人建议名单和选举时间。",
        "二、同意换届的批复下达以后，召开党员大会选举。有选举权的党员到会人数达到应到会人数的五分之四，会议方为有效；"
        "候选人数应多于应选人数，赞成票超过半数的方可当选。",
        "三、选举结果及时报批：书记、副书记报批准，委员报备案。",
        f"四、确有特殊情况不能按期换届的，请在{chinese_day(term.latest_day)}前书面报请批准延期。",
    )
    letter.text(f"联系电话：{committee.contact_phone or BLANK}")
    letter.closing(committee.name, chinese_day(term.reminded_on or today(committee)))
    return letter.content()


def election_result(term: ElectionTerm) -> bytes:
    """选举结果报告单."""
    letter = Letter("基层党组织换届选举结果报告单", term.committee.name)
    base = MajorityBase(term.majority_base).label if term.majority_base else MajorityBase.DUE.label
    votes = "\n".join(
        f"{person.get_post_display()}　{person.person_name}"
        + (f"　{person.votes}票" if person.votes is not None else "")
        for person in term.elected.all()
    )
    letter.table(
        [
            [("党组织全称", term.branch.name)],
            [("届次", f"第{term.number + 1}届"), ("选举日期", chinese_day(term.elected_on))],
            [("请示文号", term.request_no), ("批复文号", term.reply_no)],
            [("应到有选举权", people(term.voters_due)), ("实到有选举权", people(term.voters_present))],
            [("候选人数", people(term.candidates)), ("应选数", people(term.seats))],
            [("发出选票", sheets(term.ballots_issued)), ("收回选票", sheets(term.ballots_returned))],
            [("过半数的算法", f"赞成票超过{base}{f'（{term.base}人）' if term.base else ''}的半数当选")],
            [("当选人", votes or "\n\n\n")],
            [("党组织意见", f"\n\n（盖章）　　　　　　{chinese_day(None)}")],
            [("综合党委批复", f"{term.approval_no}\n\n（盖章）　　　　　　{chinese_day(term.approved_on)}")],
        ]
    )
    return letter.content()


def people(value: int | None) -> str:
    return "" if value is None else f"{value}人"


def sheets(value: int | None) -> str:
    return "" if value is None else f"{value}张"


ELECTION_PAPERS: dict[str, tuple[str, Callable[[ElectionTerm], bytes]]] = {
    "reminder": ("换届提醒函", election_reminder),
    "result": ("选举结果报告单", election_result),
}
