"""What was opened is closed, whatever happens in between."""

from abc import ABC, abstractmethod
from typing import Self


class Closing(ABC):
    """Closed when the `with` is left."""

    @abstractmethod
    def close(self) -> None:
        """Called once more, it does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_why: object) -> None:
        self.close()
