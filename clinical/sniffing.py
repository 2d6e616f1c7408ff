"""What kind of file some bytes are, told by the bytes alone: names and browsers say what they like."""

import io
import re
import zipfile

PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
EXTENSIONS = {PDF: "pdf", PNG: "png", JPEG: "jpg", TEXT: "txt"}

# As far as browsers and readers look for a beginning.
HEAD = 1024
PDF_BEGINS = re.compile(rb"%PDF-[12]\.\d")
PNG_BEGINS, PNG_ENDS = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
JPEG_BEGINS, JPEG_ENDS = b"\xff\xd8\xff", b"\xff\xd9"
MARKUP = re.compile(
    rb"<\s*(?:!doctype|\?xml-stylesheet|html|head|body|script|svg|iframe|object|embed|img|a\s)", re.IGNORECASE
)
NO_TEXT = re.compile(rb"^\s*(?:<[!?a-z]|\{\\rtf|%!|#!)", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def kind_of(content: bytes) -> str | None:
    """One of the four kinds that are taken, or None; what could be read as two kinds is none."""
    if MARKUP.search(content[:HEAD]) or is_archive(content):
        return None
    found = [kind for kind, is_kind in KINDS.items() if is_kind(content)]
    return found[0] if len(found) == 1 else None


def is_archive(content: bytes) -> bool:
    """Archives are read from their end, so one can hang on anything."""
    return zipfile.is_zipfile(io.BytesIO(content))


def is_pdf(content: bytes) -> bool:
    return bool(PDF_BEGINS.match(content)) and content.rstrip(b"\x00\t\n\r\x0c ").endswith(b"%%EOF")


def is_png(content: bytes) -> bool:
    return content.startswith(PNG_BEGINS) and content.endswith(PNG_ENDS) and not names_pdf(content)


def is_jpeg(content: bytes) -> bool:
    """Cameras put more behind the end of the picture, so the end is only somewhere."""
    return content.startswith(JPEG_BEGINS) and JPEG_ENDS in content and not names_pdf(content)


def is_text(content: bytes) -> bool:
    """UTF-8 that begins like no program and no page, and holds no markup anywhere."""
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    looks_otherwise = NO_TEXT.match(words.encode()) or MARKUP.search(content) or names_pdf(content)
    return bool(words.strip()) and not CONTROLS.search(words) and not looks_otherwise


def names_pdf(content: bytes) -> bool:
    """Readers find the beginning of a PDF anywhere in the head of a file."""
    return b"%PDF-" in content[:HEAD]


KINDS = {PDF: is_pdf, PNG: is_png, JPEG: is_jpeg, TEXT: is_text}
