from django.http import HttpRequest


def frame(request: HttpRequest) -> dict:
    """What the frame around every page shows; replaced by the menu module."""
    return {}
