"""The house rules that a reader would otherwise have to watch: sizes, names, templates, fields of forms."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "scheduling", "clinical", "hospital")
MODULES = [
    ROOT / "conftest.py",
    *sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts),
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Mail programs know no style sheets; the policy of our pages does not reach them either.
PAGES = [path for path in TEMPLATES if "emails" not in path.parts]
OWN_STATIC = sorted(
    path
    for kind in ("css", "js", "svg")
    for path in (ROOT / "static").rglob(f"*.{kind}")
    if "vendor" not in path.parts
)
THIS = Path(__file__).resolve()

FUNCTION_LINES, TEST_LINES, HANDLE_LINES = 40, 40, 20
MODULE_LINES, TEMPLATE_LINES = 300, 80

NAMELESS = {"utils", "helpers", "common", "misc", "core", "util", "helper"}
INLINE = {
    "inline script": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.IGNORECASE
    ),
    "inline style": re.compile(r"<style\b|\sstyle\s*=\s*[\"']", re.IGNORECASE),
    "inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "javascript: link": re.compile(r"[\"']\s*javascript:", re.IGNORECASE),
}
FOREIGN = re.compile(
    r"(?:src|srcset|action|poster)\s*=\s*[\"']\s*(?:https?:)?//"
    r"|<link\b[^>]*\bhref\s*=\s*[\"']\s*(?:https?:)?//"
    r"|@import\b|url\(\s*[\"']?\s*(?:https?:)?//"
    r"|(?:import|fetch)\s*\(?\s*[\"']\s*(?:https?:)?//",
    re.IGNORECASE,
)
UNSAFE = {
    "|safe": re.compile(r"\|\s*safe(?:seq)?\b"),
    "autoescape off": re.compile(r"autoescape\s+off"),
    "mark_safe": re.compile(r"\bmark_safe\b|\bSafeString\("),
    "csrf_exempt": re.compile(r"\bcsrf_exempt\b"),
}
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")


def place(path: Path, line: int = 0) -> str:
    where = path.relative_to(ROOT).as_posix()
    return f"{where}:{line}" if line else where


def hits(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Places in which the pattern stands, this file aside, which names it."""
    return [
        place(path, text.count("\n", 0, match.start()) + 1)
        for path in paths
        if path != THIS
        for text in [path.read_text()]
        for match in pattern.finditer(text)
    ]


def nodes(kind: type[ast.AST] | tuple[type[ast.AST], ...]) -> Iterator[tuple[Path, ast.AST]]:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, kind):
                yield path, node


def longest(path: Path, name: str) -> int:
    if "tests" in path.parts:
        return TEST_LINES
    return HANDLE_LINES if name == "handle" and "commands" in path.parts else FUNCTION_LINES


def test_functions_are_short() -> None:
    too_long = [
        f"{place(path, node.lineno)} {node.name}: {length} lines"
        for path, node in nodes((ast.FunctionDef, ast.AsyncFunctionDef))
        if (length := node.end_lineno - node.lineno + 1) > longest(path, node.name)
    ]

    assert too_long == []


@pytest.mark.parametrize(
    ("paths", "most"),
    [(MODULES, MODULE_LINES), (TEMPLATES, TEMPLATE_LINES)],
    ids=["modules", "templates"],
)
def test_files_are_short(paths: list[Path], most: int) -> None:
    too_long = [
        f"{place(path)}: {length} lines"
        for path in paths
        if (length := len(path.read_text().splitlines())) > most
    ]

    assert too_long == []


def test_modules_are_named_after_what_they_hold() -> None:
    nameless = [place(path) for path in MODULES if {path.stem, *path.relative_to(ROOT).parts} & NAMELESS]

    assert nameless == []


@pytest.mark.parametrize("kind", INLINE)
def test_templates_hold_no_code_and_no_style(kind: str) -> None:
    assert hits(INLINE[kind], PAGES if kind == "inline style" else TEMPLATES) == []


def test_pages_fetch_nothing_from_elsewhere() -> None:
    assert hits(FOREIGN, [*TEMPLATES, *OWN_STATIC]) == []


@pytest.mark.parametrize("kind", UNSAFE)
def test_nothing_switches_escaping_or_csrf_off(kind: str) -> None:
    code = [path for path in MODULES if "tests" not in path.parts]

    assert hits(UNSAFE[kind], [*TEMPLATES, *code]) == []


def test_nothing_is_left_to_be_done() -> None:
    assert hits(UNFINISHED, [*MODULES, *TEMPLATES, *OWN_STATIC]) == []


def test_post_forms_carry_the_token() -> None:
    form = re.compile(
        r"<form\b[^>]*\bmethod\s*=\s*[\"']post[\"'][^>]*>(.*?)</form>", re.IGNORECASE | re.DOTALL
    )

    bare = [
        place(path)
        for path in TEMPLATES
        for body in form.findall(path.read_text())
        if "csrf_token" not in body and "{% include" not in body
    ]

    assert bare == []


def assigned(node: ast.ClassDef) -> dict[str, ast.expr]:
    pairs = [
        (target, part.value) for part in node.body if isinstance(part, ast.Assign) for target in part.targets
    ]
    pairs += [
        (part.target, part.value) for part in node.body if isinstance(part, ast.AnnAssign) and part.value
    ]
    return {target.id: value for target, value in pairs if isinstance(target, ast.Name)}


def names_no_fields(values: dict[str, ast.expr]) -> bool:
    """A form of a model that would grow with the model: no fields named, or all, or all but some."""
    fields = values.get("fields")
    return (
        "exclude" in values
        or fields is None
        or (isinstance(fields, ast.Constant) and fields.value == "__all__")
    )


def test_forms_and_filters_name_their_fields() -> None:
    growing = [
        place(path, node.lineno)
        for path, node in nodes(ast.ClassDef)
        if node.name == "Meta" and "models" not in path.parts and "tests" not in path.parts
        for values in [assigned(node)]
        if "model" in values and names_no_fields(values)
    ]

    assert growing == []


def is_admin_page(path: Path, node: ast.ClassDef) -> bool:
    """A registered page, or an inline with its model; a base that others derive from is neither."""
    inside = "admin" in path.relative_to(ROOT).parts or path.name == "admin.py"
    registered = any("register" in ast.unparse(decorator) for decorator in node.decorator_list)
    return inside and (registered or "model" in assigned(node))


def test_admin_pages_name_their_fields() -> None:
    growing = [
        f"{place(path, node.lineno)} {node.name}"
        for path, node in nodes(ast.ClassDef)
        if is_admin_page(path, node)
        for values in [assigned(node)]
        if "exclude" in values or not values.keys() & {"fields", "fieldsets"}
    ]

    assert growing == []


def test_no_exception_is_swallowed_whole() -> None:
    swallowed = [
        place(path, node.lineno)
        for path, node in nodes(ast.ExceptHandler)
        if node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "BaseException")
    ]

    assert swallowed == []


def test_generic_forms_are_made_with_named_fields() -> None:
    """`modelform_factory(Model)` and generic views without a form class take every field."""
    pattern = re.compile(r"\bfields\s*=\s*[\"']__all__[\"']")

    assert hits(pattern, MODULES) == []


PLANTED = {
    "inline script": "<p><script>go()</script></p>",
    "inline style": '<p class="x" style="color:red">',
    "inline handler": '<a href="/" onclick="go()">',
    "javascript: link": '<a href="javascript:go()">',
}


@pytest.mark.parametrize("kind", INLINE)
def test_the_templates_rules_see_what_they_forbid(kind: str) -> None:
    assert INLINE[kind].search(PLANTED[kind])


@pytest.mark.parametrize(
    "line",
    [
        '<script src="https://cdn.example.org/a.js"></script>',
        '<link rel="stylesheet" href="//cdn.example.org/a.css">',
        "body { background: url(https://cdn.example.org/a.png) }",
        'import "https://cdn.example.org/a.js"',
    ],
)
def test_the_rule_on_origins_sees_what_it_forbids(line: str) -> None:
    assert FOREIGN.search(line)


@pytest.mark.parametrize(
    "line",
    [
        "<script src=\"{% static 'js/menu.js' %}\" defer></script>",
        '<script type="application/json" id="rows">[]</script>',
        '<button type="submit" class="button">',
        '<a href="https://www.nhs.uk/">',
    ],
)
def test_the_rules_let_the_right_thing_stand(line: str) -> None:
    assert [kind for kind in INLINE if INLINE[kind].search(line)] == []
    assert not FOREIGN.search(line)
