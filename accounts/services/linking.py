"""How a doctor, a patient or a member of staff comes by an account: by an invitation that they accept."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import invitations
from accounts.audit import acting
from accounts.errors import DomainError
from accounts.models import Doctor, Patient, PatientAccess, User
from accounts.outbox import enqueue
from accounts.roles import Role
from accounts.rules import demand

HOW_TO_INVITE = {
    Role.DOCTOR: _("Add the doctor under Doctors first, then use the action “Invite” there."),
    Role.PATIENT: _("Find the patient under Patients, then use the action “Invite” there."),
}


class CannotInvite(DomainError):
    message = _("This person cannot be invited.")


class EmailTaken(CannotInvite):
    message = _("Another account uses this e-mail address. Enter a different one.")


def invite_doctor(*, doctor: Doctor, email: str, actor: User, now: datetime) -> User:
    """Make the doctor's account and mail the link; again, as long as no password was chosen."""
    demand(actor, "accounts.invite_doctor", doctor)
    with acting(actor, reason="invitation"):
        doctor = Doctor.objects.select_for_update(of=("self",)).get(pk=doctor.pk)
        refuse_archived(doctor)
        user = account_for(doctor, doctor.user, email, Role.DOCTOR)
        if doctor.user_id != user.pk:
            doctor.claim_version(doctor.version)
            doctor.user = user
            doctor.save(update_fields=["user"])
        send_invitation(user, now)
    return user


def invite_patient(*, patient: Patient, email: str, actor: User, now: datetime) -> User:
    """Make the patient's own account and mail the link; again, as long as no password was chosen."""
    demand(actor, "accounts.invite_patient", patient)
    with acting(actor, reason="invitation"):
        patient = Patient.objects.select_for_update(of=("self",)).get(pk=patient.pk)
        refuse_archived(patient)
        own = own_access(patient, now)
        user = account_for(patient, own.user if own else None, email, Role.PATIENT, patient.birth_date)
        if own is None:
            PatientAccess.objects.create(
                patient=patient, user=user, kind=PatientAccess.Kind.SELF, granted_by=actor, starts_at=now
            )
        send_invitation(user, now)
    return user


def invite_staff(*, user: User, actor: User, now: datetime) -> User:
    """Save a new account of a member of staff and mail the link; people never get a password from us."""
    demand(actor, "accounts.add_user")
    if user.role in HOW_TO_INVITE:
        raise CannotInvite(HOW_TO_INVITE[Role(user.role)])
    with acting(actor, reason="invitation"):
        refuse_taken(user.email)
        user.set_unusable_password()
        user.save()
        send_invitation(user, now)
    return user


def invite_again(*, user: User, actor: User, now: datetime) -> None:
    """Mail a new link to an account whose owner has chosen no password yet."""
    demand(actor, "accounts.add_user")
    with acting(actor, reason="invitation"):
        user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        refuse_settled(user)
        send_invitation(user, now)


def accept_invitation(*, token: str, password: str) -> User:
    """Choose the password, which also confirms the address; raises as `invited` and the validators do."""
    user = invitations.invited(token)
    with acting(user, reason="invitation accepted"):
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        user = invitations.invited(token)
        validate_password(password, user)
        user.set_password(password)
        user.save(update_fields=["password"])
        EmailAddress.objects.filter(user=user).update(primary=False)
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
    return user


def account_for(person: Any, user: User | None, email: str, role: Role, birth_date: Any = None) -> User:
    """The account that waits for its owner, under this address; a new one when there is none."""
    email = email.strip().lower()
    validate_email(email)
    if user is None:
        refuse_taken(email)
        names = {"given_name": person.given_name, "family_name": person.family_name, "birth_date": birth_date}
        return new_account(email, role=role, **names)
    refuse_settled(user)
    if user.email != email:
        refuse_taken(email)
        user.email = email
        user.save(update_fields=["email"])
    return user


def new_account(email: str, **fields: Any) -> User:
    """Without a password; the database decides when two people invite one address at the same moment."""
    try:
        with transaction.atomic():
            return User.objects.create_user(email, None, **fields)
    except IntegrityError as error:
        raise EmailTaken from error


def send_invitation(user: User, now: datetime) -> None:
    """Pressed twice within a minute, it is one mail."""
    key = f"invitation:{user.pk}:{invitations.state(user)}:{now:%Y%m%d%H%M}"
    enqueue("account-invitation", user, recipient=user, key=key, at=now)


def own_access(patient: Patient, now: datetime) -> PatientAccess | None:
    grants = PatientAccess.objects.open_at(now).filter(patient=patient, kind=PatientAccess.Kind.SELF)
    return grants.select_related("user").first()


def refuse_archived(person: Any) -> None:
    if person.is_archived:
        raise CannotInvite(_("%(name)s is archived and cannot be invited.") % {"name": person})


def refuse_settled(user: User) -> None:
    if user.has_usable_password():
        raise CannotInvite(_("%(email)s has an account already and can sign in.") % {"email": user.email})
    if not user.is_active:
        raise CannotInvite(_("%(email)s is deactivated. Reactivate it first.") % {"email": user.email})


def refuse_taken(email: str) -> None:
    taken = User.objects.filter(email=email.lower()).exists()
    if taken or EmailAddress.objects.filter(email=email.lower(), verified=True).exists():
        raise EmailTaken
