#!/usr/bin/env python3
"""Speaks TLS in front of services that do not, as AWS's endpoints do: tls.py CERTIFICATE KEY HOST:PORT …

Prints a line for each upstream: the port of 127.0.0.1 on which it is reached. Ends with its standard input. Only the
standard library.
"""
import asyncio
import ssl
import sys


async def pipe(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()


async def main():
    certificate, key, *upstreams = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def to(upstream):
        host, port = upstream.rsplit(":", 1)

        async def serve(reader, writer):
            there, back = await asyncio.open_connection(host, int(port))
            await asyncio.gather(pipe(reader, back), pipe(there, writer))

        return serve

    for upstream in upstreams:
        server = await asyncio.start_server(to(upstream), "127.0.0.1", 0, ssl=context)
        print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
