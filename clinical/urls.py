"""Addresses of charts, visits under way and records."""

from django.urls import path

from clinical.views import charts, encounters, notes, records

app_name = "clinical"
urlpatterns = [
    path("patients/", charts.PatientList.as_view(), name="patient-list"),
    path("patients/<uuid:public_id>/", charts.Chart.as_view(), name="chart"),
    path("records/", records.RecordList.as_view(), name="record-list"),
    path("records/<uuid:public_id>/", records.RecordDetail.as_view(), name="record-detail"),
    path("records/<uuid:public_id>/addendum/", records.AddendumAdd.as_view(), name="addendum-add"),
    path("encounters/start/<uuid:public_id>/", encounters.EncounterStart.as_view(), name="encounter-start"),
    path("encounters/<uuid:public_id>/", notes.EncounterWrite.as_view(), name="encounter-write"),
    path("encounters/<uuid:public_id>/sign/", notes.EncounterSign.as_view(), name="encounter-sign"),
    path("encounters/<uuid:public_id>/undo/", encounters.EncounterUndo.as_view(), name="encounter-undo"),
    path("encounters/<uuid:public_id>/end/", encounters.EncounterEnd.as_view(), name="encounter-end"),
]
