"""The door to models: the `/v1` paths that the SDKs of OpenAI and Anthropic call, as one small ASGI application.

It stands in front of the Starlette application because a request here may cost microseconds, not milliseconds: no
middleware stack, no request object. It checks, reads, calls the gateway once, and passes bytes on; it decides nothing.
"""
