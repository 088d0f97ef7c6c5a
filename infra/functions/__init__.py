"""The functions of the platform: what runs in AWS Lambda, on Python 3.13, and imports nothing else of ours."""
