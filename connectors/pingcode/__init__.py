"""PingCode: project management behind client credentials, in four generations of paths."""

from connectors.pingcode.connector import PingCode

CONNECTOR = PingCode
