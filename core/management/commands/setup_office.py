import os

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from core import setup
from core.account_forms import clean_username
from core.choices import CommitteeLevel, OfficeRole

QUESTIONS = (
    ("name", "综合党委全称", "市社会组织综合党委"),
    ("code", "代号（小写字母）", "city"),
    ("level", "层级（province 省级 / city 市级 / county 县级）", "city"),
    ("place", "行政区划的那个字（市、县、区）", "市"),
    ("superior_body", "上级部门", "市委非公经济和社会组织工委"),
    ("superior_short", "上级部门简称", "市委非公工委"),
    ("bureau", "所在单位", "市民政局"),
    ("contact_phone", "办公室电话（印在登录页，可不填）", ""),
)
PEOPLE = (
    ("admin", OfficeRole.SYSTEM_ADMIN, "系统管理员（建立账号、做备份）"),
    ("security", OfficeRole.SECURITY_ADMIN, "安全管理员（授予角色）"),
    ("audit", OfficeRole.AUDIT_ADMIN, "审计管理员（查看操作日志，可不填）"),
    ("staff", OfficeRole.STAFF, "第一名工作人员（可不填）"),
)
OPTIONAL = {"contact_phone", "audit", "staff"}


class Command(BaseCommand):
    help = (
        "初始化一个真实的单位：询问综合党委和第一批账号，显示各人的初始密码。已有综合党委或账号时拒绝执行。"
        "加 --no-input 时不提问，从选项或同名环境变量（DANGJIAN_SETUP_NAME 等）读取。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--no-input", action="store_false", dest="interactive", help="不提问")
        for key, label, default in QUESTIONS:
            parser.add_argument(f"--{key.replace('_', '-')}", help=f"{label}，默认“{default}”")
        for key, _, label in PEOPLE:
            parser.add_argument(f"--{key}", metavar="账号:姓名", help=f"{label}，例如 zhangsan:张三")

    def handle(self, *args, **options):
        if setup.office_exists():
            raise CommandError("这个系统里已有综合党委或账号，不能再次初始化。要增加账号，请登录后在“账号”里办理。")
        answers = {key: self.answer(options, key, label, default) for key, label, default in QUESTIONS}
        if answers["level"] not in CommitteeLevel.values:
            raise CommandError("层级只能写 province、city 或 county。")
        people = [
            (role, *parsed) for key, role, label in PEOPLE if (parsed := self.person(options, key, label)) is not None
        ]
        try:
            slips = setup.setup_office(setup.Office(**answers), people)
        except ValidationError as error:
            raise CommandError("".join(error.messages)) from None
        self.stdout.write(f"已建立“{answers['name']}”。初始密码只显示这一次，请抄下：")
        for slip in slips:
            self.stdout.write(f"  {slip.name}  账号 {slip.username}  初始密码 {slip.password}  有效期至 {slip.until}")
        self.stdout.write("首次登录要换成自己的密码。工作人员登录后打开“第一次使用”，按顺序导入各本台账。")

    def answer(self, options, key, label, default):
        given = options.get(key) or os.environ.get(f"DANGJIAN_SETUP_{key.upper()}", "")
        if given or not options["interactive"]:
            return given or default
        return input(f"{label}{f'［{default}］' if default else ''}：").strip() or default

    def person(self, options, key, label):
        while True:
            raw = self.answer(options, key, f"{label}，写成 账号:姓名", "").replace("：", ":")
            username, _, name = raw.partition(":")
            if not raw and key in OPTIONAL:
                return None
            try:
                if not name.strip():
                    raise ValidationError(f"{label}要写成 账号:姓名，例如 zhangsan:张三。")
                return clean_username(username), name.strip()
            except ValidationError as error:
                if not options["interactive"] or options.get(key):
                    raise CommandError("".join(error.messages)) from None
                self.stderr.write("".join(error.messages))
