"""活动纪实, 联席会议 and 培训."""

from . import people
from .bodies import BATCH_6, associations, bodies_of_batch
from .books import Book, day
from .branches import DUE, SECRETARY_BRANCH
from .work import Q1

THEME = "追寻革命先辈足迹 传承红色革命精神"
ALL_BATCH = "、".join(bodies_of_batch(BATCH_6))
# date, kind, theme, organizers, participants, quarter, place, speaker, expected, attended, guests, highlight
HIGHLIGHTS = (
    ("2023-02-10", "专题党课", "学习贯彻党的二十大精神专题党课", "市建筑业协会党支部、市江苏商会党支部", "", "", "市建筑业协会会议室", "张示例", 31, 28, 6,
     "书记带头讲，把党的二十大精神同行业发展、诚信经营结合起来讲"),
    ("2023-02-24", "宣讲会", "党的二十大精神宣讲会", "市江苏商会党支部、市建筑业协会党支部", "", "", "市江苏商会会馆", "李样本", 31, 27, 22,
     "会员企业党员和业务骨干一起听、一起议，聚焦精髓要义研讨交流"),
    ("2023-03-10", "党员分享感悟", "学思践悟二十大", "市建筑业协会党支部、市江苏商会党支部", "", "", "市建筑业协会会议室", "", 31, 29, 0,
     "党员结合岗位谈体会，互学互鉴"),
    ("2023-04-05", "主题党日", "清明节祭扫英烈", "市青年商会党支部、市橙心公益协会党支部", "", Q1, "市烈士陵园", "", 19, 18, 12,
     "敬献花篮、重温入党誓词，用实际行动把学习成果落到实处"),
)  # fmt: skip
OLD = (
    ("2022-11-17", "宣讲会", "党的二十大精神进商协会", "市机动车辆检测协会党支部、市餐饮业协会党支部", "", "", "市机动车辆检测协会会议室", "张示例", 19, 18, 25,
     "用身边事例讲变化，把会议精神讲到检测一线和门店"),
    ("2022-10-14", "主题党日", "喜迎二十大", "市浙江商会党支部、市会计学会党支部", "", "", "市烈士陵园", "", 27, 24, 8,
     "重温入党誓词，交流身边的发展变化"),
)  # fmt: skip
OWN = ("2023-03-17", "参观学习", THEME, "", ALL_BATCH, "", "市红色革命博物馆", "特邀宣讲员", None, None, 46,
       "通过参观红色博物馆、开展专题宣讲等爱国主义教育活动，讲好党的百年奋斗重大成就和历史经验故事，助力党的二十大精神深入人心")  # fmt: skip
OTHERS = (
    ("2023-01-11", "党员大会", "年度工作总结会", 0), ("2023-01-13", "组织生活会", "2022年度组织生活会", 1),
    ("2023-01-17", "志愿服务", "春节前走访慰问困难党员", 6), ("2023-02-03", "支委会", "部署第一季度党建工作", 4),
    ("2023-02-07", "主题党日", "学习党章", 7), ("2023-02-09", "组织生活会", "2022年度组织生活会", 2),
    ("2023-02-14", "民主评议党员", "2022年度民主评议党员", 2), ("2023-02-16", "专题党课", "学习贯彻党的二十大精神", 10),
    ("2023-02-21", "主题党日", "走进养老院", 19), ("2023-02-28", "支委会", "研究党员发展计划", 3),
    ("2023-03-03", "志愿服务", "学雷锋便民服务", 21), ("2023-03-05", "志愿服务", "学雷锋志愿服务日", 6),
    ("2023-03-08", "主题党日", "巾帼党员座谈", 15), ("2023-03-14", "组织生活会", "2022年度组织生活会", 4),
    ("2023-03-15", "民主评议党员", "2022年度民主评议党员", 11), ("2023-03-16", "主题党日", "植树护绿", 20),
    ("2023-03-21", "专题党课", "从党的奋斗历程中汲取力量", 16), ("2023-03-23", "党员大会", "讨论接收预备党员", 13),
    ("2023-03-28", "主题党日", "学习全国两会精神", 9), ("2023-03-30", "支委会", "研究第二季度工作", 0),
)  # fmt: skip
BEFORE = (
    ("2022-10-16", "主题党日", "收看党的二十大开幕会", 0), ("2022-10-16", "主题党日", "收看党的二十大开幕会", 4),
    ("2022-10-20", "主题党日", "喜迎二十大", 8), ("2022-10-27", "专题党课", "学习党的二十大报告", 2),
    ("2022-11-03", "专题党课", "学习党的二十大报告", 6), ("2022-11-08", "宣讲会", "党的二十大精神进协会", 1),
    ("2022-11-15", "党员分享感悟", "我看十年变化", 13), ("2022-11-18", "主题党日", "参观廉政教育馆", 5),
    ("2022-11-24", "志愿服务", "社区便民服务", 19), ("2022-12-01", "主题党日", "学习党章党规", 14),
    ("2022-12-05", "志愿服务", "国际志愿者日服务", 21), ("2022-12-09", "支委会", "研究年度述职", 10),
    ("2022-12-15", "党员大会", "讨论预备党员转正", 2), ("2022-12-22", "支委会", "年度党费核对", 17),
)  # fmt: skip
AFTER = (
    ("2023-04-03", "支委会", "部署第二季度党建工作", 2), ("2023-04-04", "主题党日", "重温红色家书", 12),
    ("2023-04-06", "专题党课", "学习党的创新理论", 17),
)  # fmt: skip
HEADINGS = (
    "活动日期", "活动类型", "活动主题", "主办单位", "参加单位", "综合党委组织", "入驻批次", "归属季度", "活动地点", "主持人", "主讲人",
    "应到", "实到", "其他参加人数", "学时", "亮点", "可用于总结", "备注",
)  # fmt: skip


def activity_book() -> Book:
    rows = [_named(entry) for entry in (*OLD, *HIGHLIGHTS[:3], OWN, HIGHLIGHTS[3])]
    rows += [_ordinary(entry) for entry in (*BEFORE, *OTHERS, *AFTER)]
    rows.sort(key=lambda row: row[0])
    return Book(
        "activities",
        "社会组织党组织活动纪实台账",
        HEADINGS,
        rows,
        totals=("应到", "实到", "其他参加人数"),
        file="活动纪实",
    )


def _named(entry: tuple) -> tuple:
    on, kind, theme, organizers, guests_of, quarter, place, speaker, expected, attended, guests, highlight = entry
    own = entry is OWN
    return (day(on), kind, theme, organizers, guests_of, "是" if own else "否", BATCH_6 if own else None, quarter, place, "", speaker,
            expected, attended, guests, 2, highlight, "是", "")  # fmt: skip


def _ordinary(entry: tuple) -> tuple:
    on, kind, theme, place = entry
    short = DUE[place][0]
    expected = 7 + place % 8
    return (day(on), kind, theme, short, "", "否", None, "", f"{short.removesuffix('党支部')}活动室", "", "", expected,
            expected - place % 3, None, 1.5 if kind == "专题党课" else None, "", "否", "")  # fmt: skip


def meeting_books() -> list[Book]:
    title = "2023年行业协会商会会长（秘书长）联席会议"
    purpose = "坚持党建引领，更好发挥商协会在政企沟通联络方面的作用，引导社会组织及会员企业助力“双招双引”“五群十链”产业发展和乡村振兴"
    meetings = [
        (2022, 2, "行业协会商会联席会议", day("2022-11-25"), "市民政局二楼会议室", "王演示", "市社会组织综合党委", "交流党建工作经验，部署年末重点工作", "综党纪〔2022〕2号", "纪要已印发"),
        (2023, 1, "行业协会商会联席会议", day("2023-03-22"), "市民政局三楼会议室", "王演示", "市社会组织综合党委", purpose, "综党纪〔2023〕1号", "纪要已印发"),
    ]  # fmt: skip
    documents = [(1, "省民政厅", "关于进一步深入学习宣传贯彻党的二十大精神的通知", "", 1)]
    agenda = [
        (1, "传达上级文件", "市社会组织综合党委", 1), (1, "交流党建引领行业发展的做法", "市建筑业协会", 2),
        (1, "交流服务会员企业、参与招商引资的做法", "市江苏商会", 3), (1, "讨论年度重点事项", "全体参会单位", 4),
    ]  # fmt: skip
    requirements = [
        (1, "把党的二十大精神贯穿社会组织发展各方面、全过程，自觉对标市委市政府中心工作，在所属行业领域发展中谋划自身发展", 1),
        (1, "把党的建设摆上重要议事日程，坚持突出政治功能与强化服务功能相统一，在提供服务中加强政治引领，在推动事业发展中发挥政治核心作用", 2),
        (1, "主动参与优化营商环境，助力我市经济社会高质量发展", 3),
    ]  # fmt: skip
    resolutions = [
        (1, "建立商协会招商线索月报制度", "市江苏商会", SECRETARY_BRANCH, day("2023-05-31"), "办理中", "", None, 1),
        (1, "编制行业协会商会服务企业事项清单", "市建筑业协会", "市建筑业协会党支部", day("2023-03-31"), "已办结", "清单已报送。", day("2023-03-30"), 2),
        (1, "组织会员企业结对帮扶2个村", "市青年商会", "市青年商会党支部", day("2023-06-30"), "办理中", "", None, 3),
    ]  # fmt: skip
    before = title.replace("2023", "2022")
    done = [
        (
            2,
            "报送会员企业年末用工情况",
            "各商协会",
            "",
            day("2022-12-15"),
            "已办结",
            "均已报送。",
            day("2022-12-14"),
            1,
        ),
        (
            2,
            "开展送法律进协会活动",
            "市建筑业协会",
            "市建筑业协会党支部",
            day("2022-12-30"),
            "已办结",
            "已举办1场。",
            day("2022-12-21"),
            2,
        ),
    ]
    return [
        Book("joint_meetings", "行业协会商会会长（秘书长）联席会议台账",
             ("年度", "第几次", "会议名称", "会议日期", "会议地点", "主持人", "召集单位", "会议主旨", "纪要文号", "状态"), meetings, file="联席会议"),
        Book("meeting_documents", title, ("次数", "发文机关", "文件名称", "文号", "顺序"), documents, file="联席会议传达文件"),
        Book("agenda", title, ("次数", "会议议题", "发言单位", "顺序"), agenda, file="联席会议议题"),
        Book("meeting_requirements", title, ("次数", "会议要求", "顺序"), requirements, file="联席会议要求"),
        Book("meeting_attendance", title, ATTENDANCE, _attendance(1, {"市粮食行业协会", "市温州商会", "市快递行业协会"}), file="联席会议签到表"),
        Book("resolutions", title, RESOLUTIONS, resolutions, file="联席会议议定事项"),
        Book("meeting_attendance", before, ATTENDANCE, _attendance(2, {"市茶业协会", "市河南商会"}), file="2022年第二次联席会议签到表"),
        Book("resolutions", before, RESOLUTIONS, done, file="2022年第二次联席会议议定事项"),
    ]  # fmt: skip


ATTENDANCE = ("次数", "参会单位", "签到", "身份", "参会人员")
RESOLUTIONS = ("次数", "事项", "责任单位", "责任党组织", "完成时限", "状态", "办理结果", "办结日期", "顺序")


def _attendance(ordinal: int, absent: set[str]) -> list[tuple]:
    names = people.names(520)
    rows = []
    for number, body in enumerate(associations()):
        came = body not in absent
        role = ("会长", "秘书长", "代表")[number % 3]
        rows.append((ordinal, body, "是" if came else "否", role if came else "", next(names) if came else ""))
    return rows


TRAININGS = (
    ("学习贯彻党的二十大精神书记培训班", "党支部书记", "2022-11-10", "2022-11-11", 12, "市委党校", "党的二十大精神、基层组织建设", 18600, "已举办"),
    ("党员发展业务培训", "党务工作者", "2023-02-23", "2023-02-23", 4, "市民政局三楼会议室", "发展党员程序、党组织换届", 2400, "已举办"),
    ("入党积极分子培训班", "入党积极分子", "2023-03-28", "2023-03-30", 24, "市委党校", "党的基本理论、党章、优良传统", 15200, "已举办"),
    ("社会组织党组织书记和党务工作者示范培训班", "党支部书记", "2023-05-16", "2023-05-18", 24, "市委党校", "主题教育、党务实务、意识形态工作", 32000, "计划"),
)  # fmt: skip


def training_books() -> list[Book]:
    courses = [
        (name, "市社会组织综合党委", audience, day(start), day(end), hours, place, topics, cost, status)
        for name, audience, start, end, hours, place, topics, cost, status in TRAININGS
    ]
    names = people.names(600)
    people_rows = []
    for name, _, start, _, _, _, _, _, status in TRAININGS:
        for number, branch in enumerate(DUE):
            came = "" if status == "计划" else "否" if number % 9 == 5 else "是"
            people_rows.append((name, day(start), branch[0], next(names), came))
    return [
        Book("training", "党建业务培训台账",
             ("培训班名称", "主办单位", "对象", "开始日期", "结束日期", "学时", "地点", "内容", "经费", "状态"), courses, totals=("学时", "经费")),
        Book("training_participants", "培训人员名单", ("培训班名称", "培训日期", "所在党支部", "姓名", "签到"), people_rows),
    ]  # fmt: skip


def books() -> list[Book]:
    return [activity_book(), *meeting_books(), *training_books()]
