"""The files of the bundled stack as the package ships them, and a folder of somebody's that holds a copy."""
