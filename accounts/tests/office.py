"""What the tests of the back office share: its addresses, its actions, a row for each list."""

from django.urls import reverse

from accounts import outbox
from accounts.models import (
    DetailsChange,
    LoadBatch,
    PatientAccess,
    PatientMerge,
    PossibleTwin,
    SourceReference,
)
from accounts.roles import Role
from accounts.tests.factories import (
    DepartmentFactory,
    DoctorFactory,
    PatientFactory,
    UserFactory,
)

MODELS = [
    "department", "location", "doctor", "patient", "user", "patientaccess", "message", "loadbatch",
    "sourcereference", "auditevent", "possibletwin", "patientmerge",
    "detailschange",
]  # fmt: skip


def url(model: str, page: str = "changelist", *args: object) -> str:
    return reverse(f"admin:accounts_{model}_{page}", args=args)


def told(response: object) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def act(client, model, action, *rows, **more):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return client.post(url(model), chosen, follow=True)


def errors(response) -> str:
    return " ".join(sum(response.context["adminform"].form.errors.values(), []))


def row_of_each() -> None:
    """One more row for every list."""
    doctor = DoctorFactory(
        user=UserFactory(role=Role.DOCTOR), department=DepartmentFactory(parent=DepartmentFactory())
    )
    user, patient = UserFactory(), PatientFactory()
    nurse = UserFactory(role=Role.NURSE, department=doctor.department)
    PatientAccess.objects.create(patient=patient, user=user, kind="self", granted_by=nurse)
    outbox.enqueue("account-password-changed", user, recipient=user)
    batch = LoadBatch.objects.create(kind="synthea", source="a", actor=nurse)
    SourceReference.objects.create(
        system="s", kind="patient", value=str(patient.pk), target_id=patient.pk, batch=batch, digest="d"
    )
    other = PatientFactory()
    PossibleTwin.objects.create(first=patient, second=other, source="self", reasons=["sound"])
    DetailsChange.objects.create(patient=patient, field="city", wanted="Leeds", requested_by=user)
    PatientMerge.objects.create(survivor=patient, loser=other, merged_by=nurse, reason="Same person")
