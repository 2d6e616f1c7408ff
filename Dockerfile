# Untested: written where no container could be built.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/hospital

# WeasyPrint lays PDFs out with Pango; the fonts hold Latin, Arabic, Devanagari and most other scripts.
# Backups of PostgreSQL are taken with pg_dump, which must not be older than the server.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-liberation fonts-noto-core \
        postgresql-client \
    && rm -rf /var/lib/apt/lists/*

COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY . .
# Collecting reads the settings but neither the key nor the database.
RUN SECRET_KEY=only-for-this-step ALLOW_SQLITE=yes python manage.py collectstatic --noinput \
    && useradd --system --create-home hospital \
    && mkdir -p media mail && chown hospital media mail

USER hospital
EXPOSE 8000
CMD ["gunicorn", "hospital.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "16", "--no-control-socket", "--access-logfile", "-"]
