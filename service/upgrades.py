"""The server's end of a connection, which stays with HTTP/1.1 whatever else a client offers.

Java's HTTP client offers HTTP/2 with its first request, as `curl --http2` does, and sends the body along: a server that
does not care goes on as if nothing had been offered. The parser, though, takes what follows such a head for the other
protocol.
"""

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class IgnoresUpgrades(HttpToolsProtocol):
    """Reads a request that offers another protocol as one that offers none."""

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def _parse(self, data: bytes | memoryview) -> None:
        while data:
            try:
                self.parser.feed_data(data)
                return
            except HttpParserUpgrade as offer:
                if self.parser.get_method() == b"CONNECT":
                    raise HttpParserError("tunnels are not offered") from offer
                data = memoryview(data)[offer.args[0] :]
                head = self._head_without_offer()
                # The old one takes no more after a request that closes the connection.
                self.parser = HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                self.parser.feed_data(head)

    def _should_upgrade(self) -> bool:
        # Has uvicorn begin nothing with a head that offers something; it comes again without.
        return True

    def _head_without_offer(self) -> bytes:
        start = b"%b %b HTTP/%b\r\n" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        fields = [b"%b: %b\r\n" % (name, value) for name, value in self.headers if name != b"upgrade"]
        return b"".join([start, *fields, b"\r\n"])
