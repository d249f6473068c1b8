"""What the next question of a conversation needs to know, and an index that finds it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns, and index conversations with their order."""
    op.add_column("asks", sa.Column("interpreted_as", sa.Text))
    op.add_column("asks", sa.Column("step", sa.Integer))
    op.add_column("asks", sa.Column("choice_ids", sa.JSON))
    op.create_index("ix_asks_conversation_id_asked_at", "asks", ["conversation_id", "asked_at"])
    op.drop_index("ix_asks_conversation_id", "asks")


def downgrade() -> None:
    """Drop the columns again."""
    op.create_index("ix_asks_conversation_id", "asks", ["conversation_id"])
    op.drop_index("ix_asks_conversation_id_asked_at", "asks")
    for column in ("choice_ids", "step", "interpreted_as"):
        op.drop_column("asks", column)
