"""The pages about one's own account that allauth does not bring."""

from django.urls import path

from accounts.views import invitation, registration, role

app_name = "accounts"
urlpatterns = [
    path("registration/", registration.Registration.as_view(), name="registration"),
    path("role/", role.MyRole.as_view(), name="role"),
    path("invite/<str:token>/", invitation.Invitation.as_view(), name="invitation"),
]
