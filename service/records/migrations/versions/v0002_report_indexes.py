"""One index a table that answers what a report asks of a period, in place of two that answer half of it each."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Index what is counted by day together with the day."""
    op.create_index("ix_asks_asked_at_status", "asks", ["asked_at", "status"])
    op.create_index("ix_feedback_given_at_rating", "feedback", ["given_at", "rating"])
    op.drop_index("ix_asks_asked_at", "asks")
    op.drop_index("ix_asks_status", "asks")
    op.drop_index("ix_feedback_given_at", "feedback")
    op.drop_index("ix_feedback_rating", "feedback")


def downgrade() -> None:
    """Index every column by itself again."""
    op.create_index("ix_asks_asked_at", "asks", ["asked_at"])
    op.create_index("ix_asks_status", "asks", ["status"])
    op.create_index("ix_feedback_given_at", "feedback", ["given_at"])
    op.create_index("ix_feedback_rating", "feedback", ["rating"])
    op.drop_index("ix_asks_asked_at_status", "asks")
    op.drop_index("ix_feedback_given_at_rating", "feedback")
