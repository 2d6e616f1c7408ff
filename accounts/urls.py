"""The pages about oneself that allauth does not bring."""

from django.urls import path

from accounts.views import details, invitation, looking_on, registration, role, session

app_name = "accounts"
urlpatterns = [
    path("accounts/registration/", registration.Registration.as_view(), name="registration"),
    path("accounts/role/", role.MyRole.as_view(), name="role"),
    path("accounts/session/", session.SessionState.as_view(), name="session"),
    path("accounts/invite/<str:token>/", invitation.Invitation.as_view(), name="invitation"),
    path("admin/see-as/", looking_on.SeeAs.as_view(), name="see-as"),
    path("admin/see-as/stop/", looking_on.StopSeeingAs.as_view(), name="see-as-stop"),
    path("patient/details/", details.Details.as_view(), name="details"),
    path("patient/details/<uuid:public_id>/", details.AskForChange.as_view(), name="details-change"),
]
