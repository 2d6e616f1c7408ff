"""How children under five grow: two standard deviations below and above the median.

Source of all figures: WHO Child Growth Standards (2006), tables of z-scores by month for length or height, weight
and head circumference. At 24 months the tables change from length to height; the height is taken here.
"""

from clinical.measures.spans import Growth, Span, span

MONTHS = (0, 1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 60)


def table(lows: str, highs: str) -> tuple[tuple[int, Span], ...]:
    pairs = zip(MONTHS, lows.split(), highs.split(), strict=True)
    return tuple((months, span(low, high)) for months, low, high in pairs)


# cm
HEIGHTS = Growth(
    {
        "male": table(
            "46.1 50.8 54.4 57.3 59.7 63.3 67.5 71.0 76.9 81.0 88.7 94.9 100.7",
            "53.7 58.6 62.4 65.5 68.0 71.9 76.5 80.5 87.7 93.2 103.5 111.7 119.2",
        ),
        "female": table(
            "45.4 49.8 53.0 55.6 57.8 61.2 65.3 68.9 74.9 79.3 87.4 94.1 99.9",
            "52.9 57.6 61.1 64.0 66.4 70.3 75.0 79.2 86.5 92.2 102.7 111.3 118.9",
        ),
    }
)

# kg
WEIGHTS = Growth(
    {
        "male": table(
            "2.5 3.4 4.3 5.0 5.6 6.4 7.1 7.7 8.8 9.7 11.3 12.7 14.1",
            "4.4 5.8 7.1 8.0 8.7 9.8 11.0 12.0 13.7 15.3 18.3 21.2 24.2",
        ),
        "female": table(
            "2.4 3.2 3.9 4.5 5.0 5.7 6.5 7.0 8.1 9.0 10.8 12.3 13.7",
            "4.2 5.5 6.6 7.5 8.2 9.3 10.5 11.5 13.2 14.8 18.1 21.5 24.9",
        ),
    }
)

# cm
HEADS = Growth(
    {
        "male": table(
            "31.9 34.9 36.8 38.1 39.2 40.9 42.5 43.5 44.7 45.5 46.6 47.3 47.7",
            "37.0 39.6 41.5 42.9 44.0 45.8 47.5 48.6 50.0 51.0 52.3 53.1 53.7",
        ),
        "female": table(
            "31.5 34.2 35.8 37.1 38.1 39.6 41.2 42.2 43.5 44.4 45.7 46.5 47.1",
            "36.2 38.9 40.7 42.0 43.1 44.8 46.5 47.6 49.0 50.0 51.3 52.2 52.8",
        ),
    }
)
