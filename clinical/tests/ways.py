"""Every way of the ORM to change or delete rows."""

from typing import Any


def the_row(model: Any) -> Any:
    return model.objects.get()


def save(model: Any, column: str, value: Any) -> None:
    row = the_row(model)
    setattr(row, column, value)
    row.save()


def save_one_column(model: Any, column: str, value: Any) -> None:
    row = the_row(model)
    setattr(row, column, value)
    row.save(update_fields=[column])


def update(model: Any, column: str, value: Any) -> None:
    model.objects.update(**{column: value})


def bulk_update(model: Any, column: str, value: Any) -> None:
    row = the_row(model)
    setattr(row, column, value)
    model.objects.bulk_update([row], [column])


def delete(model: Any, column: str, value: Any) -> None:
    the_row(model).delete()


def bulk_delete(model: Any, column: str, value: Any) -> None:
    model.objects.all().delete()


WAYS = [save, save_one_column, update, bulk_update, delete, bulk_delete]
