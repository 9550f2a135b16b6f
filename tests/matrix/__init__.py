"""The provider, contract and distro tests against old and new SDKs, on every Python that is found."""
