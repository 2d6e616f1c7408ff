"""Stretches of time as whole minutes, half-open and in order: joined, cut and measured. Pure."""

from collections.abc import Iterable, Sequence

from scheduling.slots import Range


def union(ranges: Iterable[Range]) -> list[Range]:
    """What at least one of them covers, without overlaps; empty ones vanish."""
    found: list[Range] = []
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def common(ones: Sequence[Range], others: Sequence[Range]) -> list[Range]:
    """What both cover; each is a union."""
    found: list[Range] = []
    one = other = 0
    while one < len(ones) and other < len(others):
        start, end = max(ones[one][0], others[other][0]), min(ones[one][1], others[other][1])
        if start < end:
            found.append((start, end))
        if ones[one][1] <= others[other][1]:
            one += 1
        else:
            other += 1
    return found


def without(ranges: Sequence[Range], holes: Sequence[Range]) -> list[Range]:
    """What is left of the ranges; both are unions."""
    if not ranges:
        return []
    low, high = ranges[0][0], ranges[-1][1]
    edges = [low, *(edge for hole in holes for edge in hole), high]
    return common(
        ranges, [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]
    )


def length(ranges: Iterable[Range]) -> int:
    return sum(end - start for start, end in ranges)
