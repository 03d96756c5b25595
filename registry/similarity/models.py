"""What the search is derived from, one row per registered picture. Deletable: all of it follows from the originals."""

from sqlalchemy import Float, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.storage.database import Base


class IndexedPicture(Base):
    """A registered picture by its ledger entry. ``raster`` is the zlib-packed comparison raster, RGBA."""

    __tablename__ = "indexed_picture"
    __table_args__ = (
        Index("ix_indexed_picture_file_sha256", "file_sha256"),
        Index("ix_indexed_picture_canonical_digest", "canonical_digest"),
    )

    entry_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    work_id: Mapped[str] = mapped_column(Text)
    file_sha256: Mapped[str] = mapped_column(Text)
    canonical_digest: Mapped[str] = mapped_column(Text)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    raster_width: Mapped[int] = mapped_column(Integer)
    raster_height: Mapped[int] = mapped_column(Integer)
    raster: Mapped[bytes] = mapped_column(LargeBinary)


class IndexedHash(Base):
    """One ``dct256/1`` hash of an indexed picture, for each ground it is not flat on."""

    __tablename__ = "indexed_hash"

    entry_index: Mapped[int] = mapped_column(ForeignKey("indexed_picture.entry_index"), primary_key=True)
    ground: Mapped[str] = mapped_column(Text, primary_key=True)
    bits: Mapped[bytes] = mapped_column(LargeBinary(32))


class IndexedFeatures(Base):
    """What parts of an indexed picture are found by, packed by ``registered_features``; the ink's box in pixels."""

    __tablename__ = "indexed_features"

    entry_index: Mapped[int] = mapped_column(ForeignKey("indexed_picture.entry_index"), primary_key=True)
    ink_left: Mapped[float] = mapped_column(Float)
    ink_top: Mapped[float] = mapped_column(Float)
    ink_right: Mapped[float] = mapped_column(Float)
    ink_bottom: Mapped[float] = mapped_column(Float)
    local: Mapped[bytes] = mapped_column(LargeBinary)
    regions: Mapped[bytes] = mapped_column(LargeBinary)
    template: Mapped[bytes] = mapped_column(LargeBinary)
    outline: Mapped[bytes] = mapped_column(LargeBinary)


class Retirement(Base):
    """A picture that is no longer searched for, and the ledger entry that said so; other processes learn of it here."""

    __tablename__ = "retirement"

    entry_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at_index: Mapped[int] = mapped_column(index=True)
