"""An answer that grows while a chat model writes, and that any thread can stop. Knows no model and no page."""

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from threading import Lock

from assistant.chat.failures import ModelFailure
from assistant.chat.reply import Reply
from assistant.types import Answer


class Stop:
    """Ends the reply that is read for one question, and lets no other begin."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._reply: Reply | None = None
        self.pressed = False

    def watch(self, request: Callable[[], Reply]) -> Reply:
        """The reply to a request that starts now. Raises ModelFailure("stopped") where it must not."""
        with self._lock:
            if self.pressed:
                raise ModelFailure("stopped")
            self._reply = request()
            return self._reply

    def press(self) -> None:
        """End the request; the thread that waits for its text goes on at once."""
        with self._lock:
            self.pressed = True
            reply = self._reply
        if reply:
            reply.close()


class Growing(Iterator[Answer]):
    """The answer as it grows. `close`, from any thread, ends the request that runs for it: a generator alone could not
    be closed while another thread waits inside it."""

    def __init__(self, answers: Generator[Answer], stop: Stop) -> None:
        self._answers = answers
        self._stop = stop

    def __next__(self) -> Answer:
        answer = next(self._answers)
        if self._stop.pressed:
            self._answers.close()
            raise StopIteration
        return answer

    def close(self) -> None:
        self._stop.press()
        with suppress(ValueError):  # it runs in another thread, which sees the stop
            self._answers.close()
