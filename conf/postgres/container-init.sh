#!/bin/sh
# Run once by the container of PostgreSQL, on its first start: the same owner, database and extensions
# that the script makes for its private PostgreSQL.
set -eu

extensions='create extension if not exists vector;
create extension if not exists pg_trgm;
create extension if not exists unaccent;
create extension if not exists btree_gin;
create extension if not exists pgcrypto;'

sql() { psql -X -q -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"; }

sql --dbname template1 --command "$extensions"
sql --dbname postgres -v password="$MORDOMO_OWNER_PASSWORD" <<'SQL'
create role mordomo login createdb createrole nosuperuser password :'password';
create database mordomo owner mordomo;
SQL
