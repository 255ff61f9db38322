"""The object that the entry point names."""

from collections.abc import Sequence
from importlib.util import find_spec

from platform_core.sdk import ExporterSpec, ImporterSpec, hookimpl
from tenon_formats.exporters import parquet as parquet_export
from tenon_formats.exporters.brush import BRUSH_TO_COCO, BRUSH_TO_NUMPY, BRUSH_TO_PNG
from tenon_formats.exporters.coco import COCO, COCO_WITH_IMAGES
from tenon_formats.exporters.plain import JSON_MIN, JSONL
from tenon_formats.exporters.speech import ASR_MANIFEST
from tenon_formats.exporters.texts import CONLL2003, SPACY
from tenon_formats.exporters.voc import VOC
from tenon_formats.exporters.yolo import YOLO, YOLO_OBB, YOLO_OBB_WITH_IMAGES, YOLO_WITH_IMAGES
from tenon_formats.importers import parquet as parquet_import
from tenon_formats.importers.coco import COCO as COCO_JSON
from tenon_formats.importers.image_archive import IMAGE_ARCHIVE
from tenon_formats.importers.xlsx import XLSX

EXPORTERS = (
    JSON_MIN,
    JSONL,
    CONLL2003,
    SPACY,
    COCO,
    COCO_WITH_IMAGES,
    YOLO,
    YOLO_WITH_IMAGES,
    YOLO_OBB,
    YOLO_OBB_WITH_IMAGES,
    VOC,
    BRUSH_TO_COCO,
    BRUSH_TO_PNG,
    BRUSH_TO_NUMPY,
    ASR_MANIFEST,
)
IMPORTERS = (XLSX, COCO_JSON, IMAGE_ARCHIVE)


def has_parquet() -> bool:
    """Say whether the extra `parquet` is installed."""
    return find_spec("pyarrow") is not None


class FormatsPlugin:
    """Hook implementations."""

    @hookimpl
    def register_exporters(self) -> Sequence[ExporterSpec]:
        """All formats; Parquet where its library is installed."""
        return (*EXPORTERS, parquet_export.PARQUET) if has_parquet() else EXPORTERS

    @hookimpl
    def register_importers(self) -> Sequence[ImporterSpec]:
        """Workbooks and data sets of images; Parquet where its library is installed."""
        return (*IMPORTERS, parquet_import.PARQUET) if has_parquet() else IMPORTERS


plugin = FormatsPlugin()
