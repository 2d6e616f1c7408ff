"""Measured numbers as people write them."""

from decimal import Decimal

from django import template

from clinical.measures.shapes import figure

register = template.Library()
register.filter("figure", figure)


@register.filter
def measured_in(number: Decimal, unit: str) -> str:
    """5.9 mmol/L in one piece; a per cent sign stands next to its number."""
    space = "" if unit in ("", "%") else "\N{NO-BREAK SPACE}"
    return f"{figure(number)}{space}{unit}"
