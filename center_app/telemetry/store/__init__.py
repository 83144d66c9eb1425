"""The telemetry store: raw bytes, samples and their pyramid in a collector's own SQLite files."""

from center_app.telemetry.store.export import CsvOptions, export_csv
from center_app.telemetry.store.reader import StoreReader
from center_app.telemetry.store.recording import RecordingHandle
from center_app.telemetry.store.synthetic import BulkRecording, BulkWriter
from center_app.telemetry.store.values import AccountView, ChannelView, Damage, GapView, RecordingView, Samples, Window
from center_app.telemetry.store.writer import StoreWriter

__all__ = [
    "AccountView",
    "BulkRecording",
    "BulkWriter",
    "ChannelView",
    "CsvOptions",
    "Damage",
    "GapView",
    "RecordingHandle",
    "RecordingView",
    "Samples",
    "StoreReader",
    "StoreWriter",
    "Window",
    "export_csv",
]
