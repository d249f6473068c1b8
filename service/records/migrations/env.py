"""What Alembic runs around the migrations, in the transaction that `service.records.schema` has begun."""

from alembic import context

from service.records.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
