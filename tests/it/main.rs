//! One integration binary; themed files.
