"""年度检查 of 2022 (done in the first quarter of 2023) and of 2021, with findings and 整改建议."""

from datetime import date, timedelta

from .bodies import inspected
from .books import Book, day
from .branches import covered_bodies
from .papers import WITHOUT_CLAUSE

CAMPAIGN = "2022年度社会组织检查"
ABSENT = ("市水利学会", "市登山运动协会")
PENDING = ("市安行道路救援协会", "市家庭教育促进会")
ADVICE = "建议召开会员大会或理事会修改章程，把党的建设和社会主义核心价值观写入章程，报登记管理机关核准。"
# body, chapter, finding, advice, due, status, measure, finished, recheck
FINDINGS = (
    ("市粮食行业协会", "未将党的建设写入章程", "2023-01-10", "2023-03-31", "已销号", "已召开会员大会修改章程。", "2023-01-31", "查看核准章程，已写入。"),
    ("市温州商会", "未将党的建设写入章程", "2023-01-18", "2023-03-31", "已销号", "已召开会员大会修改章程。", "2023-02-17", "查看核准章程，已写入。"),
    ("市营养师协会", "未将党的建设写入章程", "2023-02-08", "2023-04-30", "待复查", "章程修正案已核准。", "2023-03-08", ""),
    ("市朗诵协会", "未将党的建设写入章程", "2023-03-16", "2023-06-30", "整改中", "定于5月召开会员大会。", "", ""),
    ("市心理学会", "未将党的建设写入章程", "2023-03-16", "2023-06-30", "待整改", "", "", ""),
    ("市优才体育俱乐部", "未将党的建设写入章程", "2023-03-20", "2023-06-30", "待整改", "", "", ""),
    ("市金秋老年学堂", "未将党的建设写入章程", "2023-03-20", "2023-06-30", "整改中", "理事会已议定修改方案。", "", ""),
)  # fmt: skip
OTHERS = (
    ("市茶业协会", "党的建设", "党支部组织生活记录不全", "补齐组织生活记录，按月上传。", "已销号", "已补齐。", "2023-03-20", "抽查记录，齐全。"),
    ("市书法爱好者协会", "自身建设", "未按期换届", "三个月内召开会员大会换届。", "整改中", "已成立换届筹备组。", "", ""),
    ("市水利学会", "业务活动", "未按期提交年度工作报告", "限期补报。", "待整改", "", "", ""),
    ("市女企业家联谊会", "财务管理", "会费收支没有向会员公布", "向会员大会报告会费收支并公示。", "待复查", "已公示。", "2023-03-28", ""),
    ("市知行教育培训学校", "党的建设", "党员组织关系没有转入", "摸清党员底数，具备条件的及时组建党组织。", "已销号", "已联合组建党支部。", "2023-03-24", "查看批复，属实。"),
    ("市博雅民办博物馆", "自身建设", "理事会会议记录不规范", "规范会议记录。", "待整改", "", "", ""),
)  # fmt: skip


def books() -> list[Book]:
    campaigns = [
        (2021, "2021年度社会组织检查", day("2022-03-10"), day("2022-05-31"), "市级社会组织", "市民政局", "2022年第一季度", "已结束"),
        (2022, CAMPAIGN, day("2023-01-05"), day("2023-05-31"), "市级社会组织", "市民政局", "2023年第一季度", "进行中"),
    ]  # fmt: skip
    return [
        Book("campaigns", "社会组织年度检查安排表",
             ("检查年度", "检查名称", "开始日期", "截止日期", "检查范围", "联合单位", "归属季度", "状态"), campaigns, file="年度检查"),
        Book("inspections", "2022年度社会组织检查党建检查汇总表",
             ("单位名称", "是否参检", "提交日期", "入章", "建立党组织", "应建未建", "从业人员", "从业党员", "自评分", "考评分", "初审意见",
              "结论", "公告日期", "公告文号"), _records(), totals=("从业人员", "从业党员"), file="年检党建检查汇总表"),
        Book("findings", "2022年度社会组织检查问题及整改台账",
             ("单位", "检查项目", "发现问题", "未入章", "问题等级", "整改建议", "建议日期", "期限", "责任人", "措施", "完成日期", "复查情况",
              "整改状态", "归属季度"), _findings(), file="检查问题及整改台账"),
    ]  # fmt: skip


def _records() -> list[tuple]:
    covered = covered_bodies()
    lacking = {finding[0] for finding in FINDINGS} | set(WITHOUT_CLAUSE)
    rows = []
    for number, (short, kind) in enumerate(inspected()):
        if short in ABSENT or short in PENDING:
            status = "未参检" if short in ABSENT else "待填报"
            rows.append((short, status, None, "", "", "", None, None, None, None, "", "", None, ""))
            continue
        handed = date(2023, 1, 12) + timedelta(days=(number * 7) % 76)
        staff, members = 6 + number * 5 % 37, 1 + number % 5
        branch = "是" if short in covered else "否"
        done = number % 4 != 3
        concluded = number % 9 == 2 and kind == "53"
        status = "已有结论" if concluded else "党建初审完成" if done else "已提交"
        clause = "否" if short in lacking else "是"
        opinion = ("党建基础较好，同意通过。" if clause == "是" else "建议修改章程后通过。") if done else ""
        rows.append((short, status, handed, clause, branch, "" if branch == "是" else "党员人数不足", staff, members, 82 + number % 17,
                     21 + number % 9 if done else None, opinion, "合格" if concluded else "", day("2023-03-31") if concluded else None, ""))  # fmt: skip
    return rows


def _findings() -> list[tuple]:
    quarter = "2023年第一季度"
    rows = [
        (
            body,
            "党的建设",
            text,
            "是",
            "较重",
            ADVICE,
            day(on),
            day(due),
            "负责人",
            measure,
            day(finished),
            recheck,
            status,
            quarter,
        )
        for body, text, on, due, status, measure, finished, recheck in FINDINGS
    ]
    rows += [
        (
            body,
            chapter,
            text,
            "否",
            "一般",
            advice,
            day("2023-03-10"),
            day("2023-05-31"),
            "负责人",
            measure,
            day(finished),
            recheck,
            status,
            quarter,
        )
        for body, chapter, text, advice, status, measure, finished, recheck in OTHERS
    ]
    return rows
