"""FHIR R4 as it comes from elsewhere: bundles, single resources and bulk exports, read into the loading pipeline."""
