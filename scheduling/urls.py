"""Doctors and appointments."""

from django.urls import path

from scheduling.views import (
    answers,
    appointments,
    booking,
    calendars,
    checking,
    day,
    doctors,
    free_times,
    holds,
    hours,
    leave,
    rescheduling,
    schedule,
    steps,
)

app_name = "scheduling"

urlpatterns = [
    path("doctors/", doctors.DoctorList.as_view(), name="doctor-list"),
    path("doctors/<uuid:public_id>/", doctors.DoctorDetail.as_view(), name="doctor-detail"),
    path("appointments/", appointments.AppointmentList.as_view(), name="appointment-list"),
    path("appointments/changes/", day.DayChanges.as_view(), name="day-changes"),
    path("appointments/book/<uuid:public_id>/", booking.Picker.as_view(), name="appointment-book"),
    path("appointments/book/<uuid:public_id>/check/", checking.Check.as_view(), name="appointment-check"),
    path(
        "appointments/<uuid:public_id>/", appointments.AppointmentDetail.as_view(), name="appointment-detail"
    ),
    path("appointments/<uuid:public_id>/booked/", checking.Booked.as_view(), name="appointment-booked"),
    path(
        "appointments/<uuid:public_id>/calendar.ics",
        calendars.CalendarFile.as_view(),
        name="appointment-calendar",
    ),
    path("appointments/<uuid:public_id>/hold/extend/", holds.ExtendHold.as_view(), name="hold-extend"),
    path("appointments/<uuid:public_id>/hold/release/", holds.ReleaseHold.as_view(), name="hold-release"),
    path(
        "appointments/<uuid:public_id>/reschedule/",
        rescheduling.Reschedule.as_view(),
        name="appointment-reschedule",
    ),
    path(
        "appointments/<uuid:public_id>/reschedule/check/",
        rescheduling.Move.as_view(),
        name="appointment-move",
    ),
    path("appointments/<uuid:public_id>/new-time/", answers.Answer.as_view(), name="appointment-answer"),
    path("appointments/<uuid:public_id>/cancel/", steps.Cancel.as_view(), name="appointment-cancel"),
    path("appointments/<uuid:public_id>/arrive/", steps.Arrive.as_view(), name="appointment-arrive"),
    path("appointments/<uuid:public_id>/approve/", steps.Approve.as_view(), name="appointment-approve"),
    path("appointments/<uuid:public_id>/finish/", steps.Finish.as_view(), name="appointment-finish"),
    path("appointments/<uuid:public_id>/noshow/", steps.NoShow.as_view(), name="appointment-noshow"),
    path("appointments/<uuid:public_id>/undo/", steps.Undo.as_view(), name="appointment-undo"),
    path("schedule/", schedule.Schedule.as_view(), name="schedule"),
    path("schedule/doctors/<uuid:public_id>/", schedule.ScheduleOf.as_view(), name="schedule-of"),
    path("schedule/rules/add/<uuid:public_id>/", hours.RuleAdd.as_view(), name="rule-add"),
    path("schedule/rules/<uuid:public_id>/", hours.RuleChange.as_view(), name="rule-change"),
    path("schedule/rules/<uuid:public_id>/end/", hours.RuleEnd.as_view(), name="rule-end"),
    path("schedule/days/add/<uuid:public_id>/", hours.OverrideAdd.as_view(), name="override-add"),
    path("schedule/days/<uuid:public_id>/remove/", hours.OverrideRemove.as_view(), name="override-remove"),
    path("schedule/leave/", leave.LeaveList.as_view(), name="leave"),
    path("schedule/leave/doctors/<uuid:public_id>/", leave.LeaveOf.as_view(), name="leave-of"),
    path("schedule/leave/<uuid:public_id>/", leave.LeaveDetail.as_view(), name="leave-detail"),
    path("schedule/leave/<uuid:public_id>/withdraw/", leave.LeaveWithdraw.as_view(), name="leave-withdraw"),
    path("schedule/times/", free_times.FreeTimes.as_view(), name="free-times"),
    path("schedule/times/<uuid:public_id>/", free_times.TimesExplained.as_view(), name="times-explained"),
]
