//! Names that models are asked for by.

use leptos::prelude::*;
use model::ModelRoute;

use crate::error::AppError;

/// All names, with the models behind each.
#[server(prefix = "/fn", endpoint = "model_names.list", output = super::encoding::Answer)]
pub async fn load_model_names() -> Result<Vec<ModelRoute>, AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let gateway = glue::services()?.gateway;
    gateway.routes(&caller).await.map_err(glue::refuse)
}

/// Puts models behind a name, one a line in the order in which they are asked. One that is there already is only touched when it is to be
/// changed.
#[server(prefix = "/fn", endpoint = "model_names.set", output = super::encoding::Answer)]
pub async fn set_model_name(
    name: String,
    models: String,
    #[server(default)] change: bool,
) -> Result<(), AppError> {
    use crate::glue;
    use model::FailureCode;
    let caller = glue::caller().await?;
    let models = typed::lines(&models);
    // With none the name would be taken down.
    if models.is_empty() {
        return Err(glue::refuse_text(FailureCode::UnknownModel));
    }
    let gateway = glue::services()?.gateway;
    let name = name.trim();
    let set = if change {
        gateway.set_route(&caller, name, &models).await
    } else {
        gateway.add_route(&caller, name, &models).await
    };
    set.map_err(glue::refuse)?;
    glue::go("/admin/models?done=1");
    Ok(())
}

/// Takes a name down.
#[server(prefix = "/fn", endpoint = "model_names.unset", output = super::encoding::Answer)]
pub async fn unset_model_name(name: String) -> Result<(), AppError> {
    use crate::glue;
    let caller = glue::caller().await?;
    let gateway = glue::services()?.gateway;
    gateway
        .set_route(&caller, &name, &[])
        .await
        .map_err(glue::refuse)?;
    glue::go_back_done();
    Ok(())
}

#[cfg(feature = "ssr")]
mod typed {
    pub(super) fn lines(text: &str) -> Vec<String> {
        let lines = text.split(['\n', ',', '，']).map(str::trim);
        let lines = lines.filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }

    #[cfg(test)]
    mod tests {
        use super::lines;

        #[test]
        fn models_are_a_line_each_in_their_order() {
            assert_eq!(lines(" b \r\n\na，c,"), ["b", "a", "c"]);
            assert!(lines(" \n").is_empty());
        }
    }
}
