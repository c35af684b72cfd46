"""Password rules (M3)."""


class OfficePasswordValidator:
    def validate(self, password: str, user: object = None) -> None: ...

    def get_help_text(self) -> str:
        return ""
