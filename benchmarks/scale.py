"""How large the hospital is and how long each piece of work is measured."""

from dataclasses import dataclass

DOCTORS = 500
WARM_UP = 8  # times, before anything is written that counts
FUTURE = 0.3  # of the smaller size: so many visits lie ahead, at both sizes


@dataclass(frozen=True)
class Scale:
    """Sizes are numbers of visits; a budget is in seconds, for one piece of work at all sizes together."""

    sizes: tuple[int, int]
    patients: int
    accounts: int
    blocks: int
    budget: float
    bookings_alone: int  # in one block, by one client
    bookings_together: int  # in one block, by eight
    booking_blocks: int
    races: int
    loads: tuple[int, ...]  # patients in the files that are loaded, each into a database of its own
    files: tuple[int, int] = (20_000, 200_000)  # patients at each size, those of the bookings not counted

    @property
    def future(self) -> int:
        return int(self.sizes[0] * FUTURE)

    @property
    def notes(self) -> int:
        """To be signed, one after the other."""
        return self.bookings_alone * self.booking_blocks + WARM_UP


QUICK = Scale(
    sizes=(20_000, 200_000),
    patients=2_000,
    accounts=400,
    blocks=3,
    budget=2,
    bookings_alone=6,
    bookings_together=16,
    booking_blocks=2,
    races=1,
    loads=(10_000, 100_000),
)
FULL = Scale(
    sizes=(200_000, 2_000_000),
    patients=20_000,
    accounts=2_000,
    blocks=20,
    budget=40,
    bookings_alone=20,
    bookings_together=80,
    booking_blocks=5,
    races=5,
    loads=(10_000, 100_000, 1_000_000),
)
