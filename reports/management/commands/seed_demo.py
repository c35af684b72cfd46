from pathlib import Path

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db.models import FileField

from core.accounts import change_password
from core.models import User
from reports.demo import office


class Command(BaseCommand):
    help = (
        "载入演示单位：2023年第一季度及其前后的台账、任务、检查和总结依据，全部通过导入工作簿和系统的办理流程写入，"
        "并显示演示账号和密码。库里已有真实单位时拒绝；再次运行不改动数据。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="库里已有单位就什么也不做（不报错）")
        parser.add_argument("--reset", action="store_true", help="先清空演示单位的全部数据，再重新载入")
        parser.add_argument("--password", default="", help="五个演示账号都用这个密码；不写则每次安装随机")
        parser.add_argument("--workbooks", type=Path, metavar="DIR", help="只把演示用的工作簿写到这个目录，不写数据库")

    def handle(self, *args, **options):
        if options["workbooks"]:
            paths = office.write_workbooks(options["workbooks"])
            self.stdout.write(f"已写出{len(paths)}个工作簿，按文件名的序号依次导入。")
            return
        try:
            office.require_no_real_data()
        except office.RealDataError as error:
            if options["if_empty"]:
                return
            raise CommandError(str(error)) from None
        if options["reset"]:
            self.reset()
        self.fill(options)
        if options["verbosity"]:
            self.show_sign_ins(options["password"])

    def fill(self, options):
        if office.demo_committee() is not None:
            self.stdout.write("演示数据已经载入过，没有改动。要重新载入，请加 --reset。")
            if options["password"]:
                self.set_passwords(options["password"])
            return
        say = self.stdout.write if options["verbosity"] > 1 else lambda text: None
        try:
            office.load(options["password"], say)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from None
        if options["verbosity"]:
            self.stdout.write(self.style.SUCCESS(f"已载入演示单位“{office.NAME}”，演示日期为{office.DAY}。"))

    def reset(self):
        """Only a demonstration office gets here: files first, then every table."""
        for model in apps.get_models():
            fields = [field.name for field in model._meta.concrete_fields if isinstance(field, FileField)]
            for row in model._base_manager.only("pk", *fields) if fields else ():
                for name in fields:
                    if getattr(row, name):
                        getattr(row, name).delete(save=False)
        call_command("flush", interactive=False, verbosity=0)

    def set_passwords(self, password):
        for username, *_ in office.SIGN_INS:
            user = User.objects.filter(username=username).first()
            if user is not None and not user.check_password(password):
                change_password(user, password)

    def show_sign_ins(self, password):
        self.stdout.write("演示账号（只在演示数据里有）：")
        for username, role, note in office.SIGN_INS:
            user = User.objects.filter(username=username).first()
            secret = password or office.demo_password(username)
            shown = secret if user is not None and user.check_password(secret) else "（密码已改）"
            self.stdout.write(f"  {username:<10} {shown}  {role}：{note}")
