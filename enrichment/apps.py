from django.apps import AppConfig


class EnrichmentConfig(AppConfig):
    name = "enrichment"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from catalog import sources  # noqa: PLC0415  (no model can be imported before)

        # They register what they hold and do; the web starts jobs, so it has to know their kinds.
        from enrichment import personal_data, tasks  # noqa: F401, PLC0415
        from enrichment.importing.catalog_source import OpenLibrarySource  # noqa: PLC0415
        from enrichment.outside import source_health  # noqa: PLC0415

        sources.register(OpenLibrarySource())
        source_health.register_collector()
