//! Link layers: from the first octet of a frame to its network layer.
