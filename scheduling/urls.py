"""Doctors and appointments."""

from django.urls import path

from scheduling.views import appointments, booking, checking, doctors, steps

app_name = "scheduling"

urlpatterns = [
    path("doctors/", doctors.DoctorList.as_view(), name="doctor-list"),
    path("doctors/<uuid:public_id>/", doctors.DoctorDetail.as_view(), name="doctor-detail"),
    path("appointments/", appointments.AppointmentList.as_view(), name="appointment-list"),
    path("appointments/book/<uuid:public_id>/", booking.Picker.as_view(), name="appointment-book"),
    path("appointments/book/<uuid:public_id>/check/", checking.Check.as_view(), name="appointment-check"),
    path(
        "appointments/<uuid:public_id>/", appointments.AppointmentDetail.as_view(), name="appointment-detail"
    ),
    path("appointments/<uuid:public_id>/booked/", checking.Booked.as_view(), name="appointment-booked"),
    path("appointments/<uuid:public_id>/cancel/", steps.Cancel.as_view(), name="appointment-cancel"),
    path("appointments/<uuid:public_id>/arrive/", steps.Arrive.as_view(), name="appointment-arrive"),
    path("appointments/<uuid:public_id>/noshow/", steps.NoShow.as_view(), name="appointment-noshow"),
    path("appointments/<uuid:public_id>/undo/", steps.Undo.as_view(), name="appointment-undo"),
]
