"""A peer, second half: a target made with the Singer SDK that writes Singer messages into SQLite, replacing by key."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy
from singer_sdk import typing as th
from singer_sdk.sql import SQLConnector, SQLSink, SQLTarget
from sqlalchemy.dialects.sqlite import insert


class SqliteConnector(SQLConnector):
    allow_temp_tables = False

    def get_sqlalchemy_url(self, config: dict[str, Any]) -> str:
        return f"sqlite:///{config['database']}"

    def create_engine(self) -> sqlalchemy.Engine:
        engine = super().create_engine()
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        return engine


class SqliteSink(SQLSink[SqliteConnector]):
    connector_class = SqliteConnector

    def generate_insert_statement(self, full_table_name: Any, schema: dict[str, Any]) -> Any:
        names = list(schema["properties"])
        table = sqlalchemy.Table(
            str(full_table_name),
            sqlalchemy.MetaData(),
            *(sqlalchemy.Column(name, primary_key=name in self.key_properties) for name in names),
        )
        statement = insert(table)
        replaced = {name: statement.excluded[name] for name in names if name not in self.key_properties}
        return statement.on_conflict_do_update(index_elements=list(self.key_properties), set_=replaced)

    def conform_record(self, record: dict[str, Any]) -> dict[str, Any]:
        return {name: json.dumps(v) if isinstance(v, dict | list) else v for name, v in record.items()}


class BenchTarget(SQLTarget):
    name = "target-bench"
    default_sink_class = SqliteSink
    config_jsonschema = th.PropertiesList(th.Property("database", th.StringType, required=True)).to_dict()


if __name__ == "__main__":
    BenchTarget.cli()
