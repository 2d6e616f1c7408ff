"""Every address of the house."""

from django.contrib import admin
from django.urls import include, path

from hospital import dashboards, views

handler500 = "hospital.views.server_error"

urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("dashboard/", views.Dashboard.as_view(), name="dashboard"),
    path("patient/", dashboards.PatientDashboard.as_view(), name="patient-dashboard"),
    path("doctor/", dashboards.DoctorDashboard.as_view(), name="doctor-dashboard"),
    path("departments/", views.DepartmentList.as_view(), name="department-list"),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/login/", views.AdminLogin.as_view()),
    path("admin/", admin.site.urls),
    path("livez", views.Live.as_view(), name="livez"),
    path("readyz", views.Ready.as_view(), name="readyz"),
    path("", include("scheduling.urls")),
    path("", include("clinical.urls")),
]
