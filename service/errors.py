"""The errors this service raises on purpose; `service.api` maps each to an HTTP status in one place.

A message names the value, what was expected and the next step, so that it can be shown to a person as it is.
"""


class ExpertAnswersError(Exception):
    """The base of every error raised on purpose."""


class SettingsError(ExpertAnswersError):
    """A setting has a value that the service cannot work with."""


class KnowledgeError(ExpertAnswersError):
    """The folder of documents cannot be read."""


class ModelError(ExpertAnswersError):
    """A model cannot be opened, or an embedding model does not fit the index."""


class IndexUnavailableError(ExpertAnswersError):
    """There is no published index, or none that can be opened."""


class IndexGoneError(IndexUnavailableError):
    """The published index that answers is no longer on disk."""


class IndexUnreachableError(IndexUnavailableError):
    """The server that holds the index does not answer, or not as it should."""


class IndexMismatchError(ExpertAnswersError):
    """A published index was built with another model, analyzer or format."""


class IndexDamagedError(IndexMismatchError):
    """A published index is not what was written."""


class IndexBusyError(ExpertAnswersError):
    """Another process is building the index."""


class IndexWriteError(ExpertAnswersError):
    """A new generation of the index cannot be written."""


class InvalidQuestionError(ExpertAnswersError):
    """A question, or what was asked with it, cannot be searched for."""


class DocumentNotFoundError(ExpertAnswersError):
    """No document has this id."""


class AskNotFoundError(ExpertAnswersError):
    """No recorded question has this id."""


class RecordsUnavailableError(ExpertAnswersError):
    """The database of the records cannot be written now."""


class RecordsOffError(ExpertAnswersError):
    """This service keeps no records, so there is nothing to attach feedback to."""


class GroupNotFoundError(ExpertAnswersError):
    """A report has no group of questions with this id."""


class UnauthorizedError(ExpertAnswersError):
    """The caller has not shown who they are, or not convincingly."""


class ServiceUnreachableError(ExpertAnswersError):
    """No service answers at the address that was given."""


class OutputError(ExpertAnswersError):
    """What a command prints cannot be written."""


class EvaluationError(ExpertAnswersError):
    """What an evaluation needs cannot be used, or what it shows is worse than it may be."""


class AdaptationError(ExpertAnswersError):
    """The embedding model cannot be adapted to the collection here."""


class ForbiddenError(ExpertAnswersError):
    """The caller may not do this."""
