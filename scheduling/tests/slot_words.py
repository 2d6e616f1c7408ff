"""Short words for building and reading slots in tests."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduling.slots import Rule, Shape, free_slots, from_minutes, to_minutes

PARIS, CAIRO, LORD_HOWE, KATHMANDU = "Europe/Paris", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kathmandu"
KIRITIMATI, PAGO_PAGO = "Pacific/Kiritimati", "Pacific/Pago_Pago"
HALF_HOUR = Shape(type_id=1, minutes=30, step=30)


def hours(day, start, end, zone="UTC", **changes):
    """One rule, valid on its weekday; doctor 1 in department 1 at location 1."""
    given = {"doctor_id": 1, "department_id": 1, "location_id": 1, "weekday": day.weekday()} | changes
    return Rule(zone=zone, start=time.fromisoformat(start), end=time.fromisoformat(end), **given)


def only(day, start, end, zone="UTC", **changes):
    return hours(day, start, end, zone, valid_from=day, valid_until=day, **changes)


def local(day, clock, zone="UTC", fold=0):
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone)).replace(fold=fold)


def on_day(rules, day, zone="UTC", shape=HALF_HOUR, busy=None, closed=()):
    start, end = local(day, "00:00", zone), local(day + timedelta(days=1), "00:00", zone)
    return free_slots(rules, busy or {}, shape, start, end, closed)


def labels(slots, zone="UTC", form="%H:%M"):
    return [from_minutes(slot.start).astimezone(ZoneInfo(zone)).strftime(form) for slot in slots]


def block(day, start, end, zone="UTC"):
    return to_minutes(local(day, start, zone)), to_minutes(local(day, end, zone))


MONDAY = date(2027, 3, 1)
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
