"""What was typed in a form whose session has ended: who typed it, and which of its fields are text of theirs.

The form carries a signed mark of its author and its address. So the server knows without a session whose the
text is, nobody else's page can put words into it, and no cookie and no session holds what was typed.
"""

from datetime import timedelta

from django.core import signing
from django.http import HttpRequest, QueryDict

from accounts.models import User

MARK = "typed_by"
SALT = "accounts.typing"
# A page that stood open for longer has lost its author.
MARK_LASTS = timedelta(days=30)
# The token, the button and the marks of the page are no text of the person.
NOT_TYPED = {"csrfmiddlewaretoken", "action", "window", "begun_from", MARK}


def author_mark(user: User, path: str) -> str:
    return signing.dumps([user.pk, path], salt=SALT, compress=False)


def marked(request: HttpRequest) -> tuple[int, str] | None:
    """The author's key and the address that the posted form was made with; nothing when the mark is not ours."""
    try:
        user, path = signing.loads(request.POST.get(MARK, ""), salt=SALT, max_age=MARK_LASTS)
    except signing.BadSignature:
        return None
    return user, path


def author_of(request: HttpRequest) -> User | None:
    """Who opened the form that is posted to its own address, while the account is in use."""
    user, path = marked(request) or (0, "")
    if path != request.path:
        return None
    return User.objects.filter(pk=user, is_active=True).first()


def is_anothers(request: HttpRequest) -> bool:
    """Whether somebody else opened the form than is signed in now; a form without a mark is nobody's."""
    found = marked(request)
    return found is not None and found[0] != request.user.pk


def typed_fields(post: QueryDict) -> dict[str, list[str]]:
    """Names and values as they are kept: one character for an end of line, none that no database takes."""
    return {
        name.replace("\0", ""): [
            str(value).replace("\r\n", "\n").replace("\0", "") for value in post.getlist(name)
        ]
        for name in post
        if name not in NOT_TYPED
    }
