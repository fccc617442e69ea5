"""Points sent to a platform by LTI 1.3, Assignment and Grade Services 2.0: no file is carried.

settings.py  the course's lti.toml
key.py       the key that signs, and its public half for the platform
web.py       requests, repeated where the platform asks for time
service.py   what the platform offers: tokens, line items, scores, results
journal.py   what was sent: to whom, how much, when
sending.py   what there is to send, and sending it, also after a run that was cut off

Sources: 1EdTech, LTI Assignment and Grade Services 2.0 and Security Framework 1.0.
"""
