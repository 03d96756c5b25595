"""Pictures that were registered before outlines were kept get theirs from what was kept of them."""

import numpy as np
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from registry.benchmark.drawn_design import drawn_design
from registry.benchmark.system import Listing
from registry.imaging.reading import read
from registry.similarity.enrol import Enrolment
from registry.similarity.models import IndexedFeatures
from registry.storage import schema
from registry.storage.database import Database


def test_every_picture_has_the_outline_that_it_would_have_been_registered_with(empty_database_url: str) -> None:
    kept = [Enrolment.of(read(Listing(drawn_design(np.random.default_rng(seed), 200)).file)) for seed in range(3)]
    database = Database.open(empty_database_url)
    with database.schema_change() as connection:
        config = Config()
        config.set_main_option("script_location", str(schema.folder()))
        config.attributes["connection"] = connection
        command.upgrade(config, "0014")
        for entry, one in enumerate(kept):
            connection.execute(
                text("INSERT INTO indexed_picture VALUES (:entry, 'wrk', 'a', 'b', :width, :height, 1, 1, :raster)"),
                {"entry": entry, "width": one.reading.width, "height": one.reading.height, "raster": b"\0"},
            )
            left, top, right, bottom = one.ink
            values = {"entry": entry, "left": left, "top": top, "right": right, "bottom": bottom}
            connection.execute(
                text(
                    "INSERT INTO indexed_features VALUES (:entry, :left, :top, :right, :bottom, :none, :none, :shown)"
                ),
                {**values, "none": b"", "shown": one.template},
            )
    database.migrate()
    with database.read() as session:
        outlines = session.scalars(select(IndexedFeatures.outline).order_by(IndexedFeatures.entry_index)).all()
    assert list(outlines) == [one.outline for one in kept]
    assert all(len(one) > 0 for one in outlines)
    database.close()
