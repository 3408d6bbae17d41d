//! The exchange folder of オンライン資格確認等システム: `req`, `res` and `face`.
