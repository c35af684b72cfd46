"""Choices of core. State kinds (ok, info, warn, bad, off) are those of the design language."""

from django.db import models


class OfficeRole(models.TextChoices):
    STAFF = "staff", "工作人员"
    LEADER = "leader", "分管领导"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


ADMINISTRATORS = (OfficeRole.SYSTEM_ADMIN, OfficeRole.SECURITY_ADMIN, OfficeRole.AUDIT_ADMIN)


class CommitteeLevel(models.TextChoices):
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"


JOB_KINDS = {JobState.QUEUED: "off", JobState.RUNNING: "info", JobState.DONE: "ok", JobState.FAILED: "bad"}


class BatchStatus(models.TextChoices):
    READING = "reading", "正在读取"
    REJECTED = "rejected", "有错误"
    PREVIEWED = "previewed", "待确认"
    APPLIED = "applied", "已导入"
    UNDONE = "undone", "已撤销"
    ABANDONED = "abandoned", "已放弃"


BATCH_FLOW = {
    BatchStatus.READING: [BatchStatus.REJECTED, BatchStatus.PREVIEWED, BatchStatus.ABANDONED],
    BatchStatus.REJECTED: [BatchStatus.ABANDONED],
    BatchStatus.PREVIEWED: [BatchStatus.APPLIED, BatchStatus.ABANDONED],
    BatchStatus.APPLIED: [BatchStatus.UNDONE],
}
BATCH_KINDS = {
    BatchStatus.READING: "info",
    BatchStatus.REJECTED: "bad",
    BatchStatus.PREVIEWED: "warn",
    BatchStatus.APPLIED: "ok",
    BatchStatus.UNDONE: "off",
    BatchStatus.ABANDONED: "off",
}


class RowAction(models.TextChoices):
    NEW = "new", "新增"
    CHANGED = "changed", "变更"
    SAME = "same", "不变"
    WRONG = "wrong", "错误"


class DayKind(models.TextChoices):
    HOLIDAY = "holiday", "放假"
    WORKDAY = "workday", "调休上班"


class AuditEvent(models.TextChoices):
    LOGIN = "login", "登录"
    LOGIN_FAILED = "login_failed", "登录失败"
    LOCKED = "locked", "账号锁定"
    LOGOUT = "logout", "退出"
    PASSWORD = "password", "修改密码"
    ACCOUNT = "account", "账号变更"
    CREATE = "create", "新增"
    CHANGE = "change", "修改"
    DELETE = "delete", "删除"
    STATUS = "status", "状态变更"
    IMPORT = "import", "导入"
    UNDO = "undo", "撤销"
    EXPORT = "export", "导出"
    PRINT = "print", "打印"
    REVEAL = "reveal", "查看完整号码"
    UPLOAD = "upload", "上传附件"
    DOWNLOAD = "download", "下载附件"
    DOCUMENT = "document", "生成文件"
    SETTING = "setting", "设置变更"
    BACKUP = "backup", "备份"
    RESTORE = "restore", "恢复"
    REFUSED = "refused", "拒绝访问"
