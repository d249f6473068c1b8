"""Questions with what was answered, and feedback.

Databases from before there were migrations hold the same tables under the same names, so what is there already stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables that are missing."""
    op.create_table(
        "asks",
        sa.Column("ask_id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("product", sa.Text),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("document_id", sa.Text),
        sa.Column("generation", sa.Text, nullable=False),
        sa.Column("result_ids", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("ask_id", name="pk_asks"),
        if_not_exists=True,
    )
    op.create_table(
        "feedback",
        sa.Column("ask_id", sa.String(32), nullable=False),
        sa.Column("rating", sa.String(8), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("comment", sa.Text),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ask_id"], ["asks.ask_id"], name="fk_feedback_ask_id_asks", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ask_id", name="pk_feedback"),
        if_not_exists=True,
    )
    for table, column in (
        ("asks", "conversation_id"),
        ("asks", "asked_at"),
        ("asks", "status"),
        ("feedback", "rating"),
        ("feedback", "given_at"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column], if_not_exists=True)


def downgrade() -> None:
    """Drop everything."""
    op.drop_table("feedback")
    op.drop_table("asks")
